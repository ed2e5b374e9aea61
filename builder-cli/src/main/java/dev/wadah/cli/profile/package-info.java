/** Shows where the time of a build went: {@code --profile FILE}, and OpenTelemetry traces. */
package dev.wadah.cli.profile;
