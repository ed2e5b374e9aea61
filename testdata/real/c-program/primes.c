#include <stdio.h>
#include <stdlib.h>

/* Prints the primes up to the number given. */
int main(int argc, char **argv) {
  int limit = argc > 1 ? atoi(argv[1]) : 10;
  for (int n = 2; n <= limit; n++) {
    int divisor = 2;
    while (divisor * divisor <= n && n % divisor) divisor++;
    if (divisor * divisor > n) printf("%d\n", n);
  }
  return 0;
}
