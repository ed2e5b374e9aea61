package dev.wadah.container;

import java.util.ArrayList;
import java.util.List;

/**
 * Which devices a container may open: Docker's list. Any node may be made, since a layer may hold
 * any, but only harmless ones can be used. As an eBPF program for control groups of version 2
 * (linux/bpf.h, BPF_PROG_TYPE_CGROUP_DEVICE), and as lines for the devices controller of version 1.
 */
final class DeviceFilter {
  /** What version 1 takes in {@code devices.allow}, after {@code a} in {@code devices.deny}. */
  static final List<String> ALLOWED =
      List.of(
          "c *:* m",
          "b *:* m",
          "c 1:3 rwm",
          "c 1:5 rwm",
          "c 1:7 rwm",
          "c 1:8 rwm",
          "c 1:9 rwm",
          "c 5:0 rwm",
          "c 5:1 rwm",
          "c 5:2 rwm",
          "c 136:* rwm");

  private static final int TYPE_AND_ACCESS = 0;
  private static final int MAJOR = 4;
  private static final int MINOR = 8;
  private static final int CHARACTER = 2;
  private static final int MKNOD = 1;

  private static final int LOAD_WORD = 0x61;
  private static final int MOVE_IMMEDIATE = 0xb7;
  private static final int MOVE = 0xbf;
  private static final int AND_IMMEDIATE = 0x57;
  private static final int SHIFT_RIGHT = 0x77;
  private static final int JUMP_IF_NOT_EQUAL = 0x55;
  private static final int EXIT = 0x95;

  private final StringBuilder hex = new StringBuilder();

  private DeviceFilter() {}

  /** The eBPF program, eight bytes an instruction, in hexadecimal. */
  static String program() {
    DeviceFilter filter = new DeviceFilter();
    // r1 is the context; r2 type, r3 access, r4 major, r5 minor; r0 the verdict.
    filter.add(LOAD_WORD, 2, 1, TYPE_AND_ACCESS, 0);
    filter.add(MOVE, 3, 2, 0, 0);
    filter.add(SHIFT_RIGHT, 3, 0, 0, 16);
    filter.add(AND_IMMEDIATE, 2, 0, 0, 0xFFFF);
    filter.add(LOAD_WORD, 4, 1, MAJOR, 0);
    filter.add(LOAD_WORD, 5, 1, MINOR, 0);
    filter.add(MOVE_IMMEDIATE, 0, 0, 0, 1);
    filter.allowIf(List.of(new int[] {3, MKNOD}));
    for (String rule : ALLOWED) {
      if (rule.endsWith("rwm")) {
        filter.allow(rule.substring(2, rule.indexOf(' ', 2)));
      }
    }
    filter.add(MOVE_IMMEDIATE, 0, 0, 0, 0);
    filter.add(EXIT, 0, 0, 0, 0);
    return filter.hex.toString();
  }

  private void allow(String device) {
    int colon = device.indexOf(':');
    List<int[]> conditions = new ArrayList<>();
    conditions.add(new int[] {2, CHARACTER});
    conditions.add(new int[] {4, Integer.parseInt(device.substring(0, colon))});
    if (!device.endsWith("*")) {
      conditions.add(new int[] {5, Integer.parseInt(device.substring(colon + 1))});
    }
    allowIf(conditions);
  }

  /** Leaves with 1 when every register has its value, else goes on behind. */
  private void allowIf(List<int[]> conditions) {
    int left = conditions.size();
    for (int[] condition : conditions) {
      add(JUMP_IF_NOT_EQUAL, condition[0], 0, left--, condition[1]);
    }
    add(EXIT, 0, 0, 0, 0);
  }

  private void add(int code, int to, int from, int offset, int immediate) {
    byteHex(code);
    byteHex(from << 4 | to);
    byteHex(offset);
    byteHex(offset >> 8);
    for (int shift = 0; shift < 32; shift += 8) {
      byteHex(immediate >> shift);
    }
  }

  private void byteHex(int value) {
    hex.append(Character.forDigit(value >> 4 & 15, 16)).append(Character.forDigit(value & 15, 16));
  }
}
