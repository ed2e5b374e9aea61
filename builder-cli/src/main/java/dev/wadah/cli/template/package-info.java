/**
 * The commonly used part of Go's text/template, for {@code --format}. Front door: {@link
 * dev.wadah.cli.template.Template}. Values are maps, lists, strings, numbers, booleans and null.
 */
package dev.wadah.cli.template;
