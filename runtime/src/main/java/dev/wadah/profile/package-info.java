/** Where the time of a command goes: phases, noted where they happen, kept only when asked for. */
package dev.wadah.profile;
