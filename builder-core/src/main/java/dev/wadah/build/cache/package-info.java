/** Cache keys with their printable ingredients, and the store of results by key. */
package dev.wadah.build.cache;
