/**
 * System calls that Java lacks, through a small JNI library: one static method per call, errors as
 * {@link dev.wadah.posix.PosixException}. Decides nothing. Paths are byte strings: a name that is
 * not UTF-8 is a String in which each bad byte {@code 0xNN} is the lone surrogate {@code U+DCNN}.
 */
package dev.wadah.posix;
