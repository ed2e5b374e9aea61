/**
 * The instruction graph: {@code Vertex}, {@code Op}, and the planner that makes them; pure, no
 * clock, no disk.
 */
package dev.wadah.build.graph;
