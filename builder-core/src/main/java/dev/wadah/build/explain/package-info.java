/**
 * Says why a step was not found in the cache: remembers in few words what each step was made from,
 * and compares. Front door: {@link dev.wadah.build.explain.Explainer} for one build. It decides
 * nothing: without what is remembered every build goes the same way. See docs/explain.md.
 */
package dev.wadah.build.explain;
