/**
 * Puts the runtime together over one store folder. Front door: {@link dev.wadah.engine.Engine}.
 * Stands above every other room of the runtime; none of them knows it.
 */
package dev.wadah.engine;
