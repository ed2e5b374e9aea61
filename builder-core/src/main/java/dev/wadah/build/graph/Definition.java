package dev.wadah.build.graph;

import static dev.wadah.build.graph.Ingredient.counts;
import static dev.wadah.build.graph.Ingredient.ignored;

import dev.wadah.build.files.FileAction;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Takes an op apart into its ingredients. This is the one place that decides what of an instruction
 * counts for the cache; docs/cache-keys.md explains each line.
 */
public final class Definition {
  private final List<Ingredient> out = new ArrayList<>();

  private Definition() {}

  /** The ingredients of an op, its inputs not among them, in a fixed order. */
  public static List<Ingredient> ingredients(Op op) {
    Definition definition = new Definition();
    if (op instanceof Op.Exec exec) {
      definition.exec(exec);
    } else if (op instanceof Op.File file) {
      definition.file(file);
    } else {
      definition.source(op);
    }
    return List.copyOf(definition.out);
  }

  /** The digest of some ingredients and inputs: equal for equal ones only. */
  public static Digest digest(List<Ingredient> ingredients, List<Digest> inputs) {
    StringBuilder text = new StringBuilder(256);
    for (Ingredient i : ingredients) {
      // Lengths keep "a=b" + "c" apart from "a" + "b=c".
      text.append(i.name()).append(' ').append(i.value().length()).append(' ');
      text.append(i.value()).append('\n');
    }
    for (Digest input : inputs) {
      text.append("input ").append(input).append('\n');
    }
    return Digest.of(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private void source(Op op) {
    if (op instanceof Op.Image image) {
      out.add(counts("op", "image"));
      for (DiffId layer : image.layers().layers()) {
        out.add(counts("layer", layer.toString()));
      }
    } else if (op instanceof Op.Context context) {
      out.add(counts("op", "context"));
      out.add(counts("context", context.name()));
    } else if (op instanceof Op.Http http) {
      out.add(counts("op", "http"));
      out.add(counts("url", http.url()));
      http.checksum().ifPresent(c -> out.add(counts("checksum", c.toString())));
    } else if (op instanceof Op.Git git) {
      out.add(counts("op", "git"));
      out.add(counts("url", git.url()));
      out.add(counts("keep-git-dir", String.valueOf(git.keepGitDir())));
      git.checksum().ifPresent(c -> out.add(counts("checksum", c)));
    } else {
      out.add(counts("op", "scratch"));
    }
  }

  private void exec(Op.Exec exec) {
    out.add(counts("op", "exec"));
    for (String argument : exec.arguments()) {
      out.add(counts("argument", argument));
    }
    for (String variable : exec.process().env()) {
      out.add(counts("env", variable));
    }
    out.add(counts("directory", exec.process().directory()));
    out.add(counts("user", exec.process().user()));
    out.add(counts("network", exec.network().name()));
    out.add(counts("insecure", String.valueOf(exec.insecure())));
    for (String host : exec.hosts()) {
      out.add(counts("host", host));
    }
    for (Op.Mount mount : exec.mounts()) {
      mount(mount);
    }
    new TreeMap<>(exec.proxies()).forEach((k, v) -> out.add(ignored("proxy", k + "=" + v)));
  }

  private void mount(Op.Mount mount) {
    if (mount instanceof Op.Mount.Bind bind) {
      out.add(counts("mount", "bind " + bind.target()));
      out.add(counts("source", bind.input() + " " + bind.source()));
      out.add(counts("writable", String.valueOf(bind.writable())));
    } else if (mount instanceof Op.Mount.Cache cache) {
      out.add(counts("mount", "cache " + cache.target()));
      out.add(ignored("id", cache.id()));
      out.add(ignored("sharing", cache.sharing().name()));
      out.add(counts("writable", String.valueOf(!cache.readOnly())));
      cache.seed().ifPresent(i -> out.add(counts("source", i + " " + cache.source())));
      ownership(cache.ownership());
    } else if (mount instanceof Op.Mount.Tmpfs tmpfs) {
      out.add(counts("mount", "tmpfs " + tmpfs.target()));
      out.add(counts("size", String.valueOf(tmpfs.sizeBytes())));
    } else if (mount instanceof Op.Mount.Secret secret) {
      out.add(counts("mount", "secret " + secret.target().orElse("")));
      secret.env().ifPresent(e -> out.add(counts("variable", e)));
      out.add(ignored("id", secret.id()));
      out.add(ignored("required", String.valueOf(secret.required())));
      ownership(secret.ownership());
    } else if (mount instanceof Op.Mount.Ssh ssh) {
      out.add(counts("mount", "ssh " + ssh.target().orElse("")));
      out.add(ignored("id", ssh.id()));
      out.add(ignored("required", String.valueOf(ssh.required())));
      ownership(ssh.ownership());
    } else if (mount instanceof Op.Mount.Script script) {
      out.add(counts("mount", "script " + script.target() + " " + script.name()));
      out.add(counts("content", script.content()));
    }
  }

  private void ownership(Op.Ownership ownership) {
    ownership.mode().ifPresent(m -> out.add(counts("mode", "%04o".formatted(m))));
    number("uid", ownership.uid());
    number("gid", ownership.gid());
  }

  private void number(String name, OptionalInt number) {
    number.ifPresent(n -> out.add(counts(name, String.valueOf(n))));
  }

  private void file(Op.File file) {
    out.add(counts("op", "file"));
    out.add(counts("placement", file.placement().name()));
    for (FileAction action : file.actions()) {
      if (action instanceof FileAction.Copy copy) {
        out.add(counts("copy", copy.input() + " " + copy.destination()));
        copy.sources().forEach(s -> out.add(counts("source", s)));
        options(copy.options());
      } else if (action instanceof FileAction.Write write) {
        out.add(counts("write", write.destination()));
        out.add(counts("name", write.name()));
        out.add(counts("content", Digest.of(write.content()).toString()));
        options(write.options());
      } else if (action instanceof FileAction.MakeDirectory directory) {
        out.add(counts("directory", directory.path()));
        out.add(counts("owner", directory.owner()));
      }
    }
  }

  private void options(FileAction.Options options) {
    options.chown().ifPresent(o -> out.add(counts("chown", o)));
    options.chmod().ifPresent(m -> out.add(counts("chmod", m)));
    out.add(counts("keep-owner", String.valueOf(options.keepOwner())));
    out.add(counts("parents", String.valueOf(options.parents())));
    options.excludes().forEach(e -> out.add(counts("exclude", e)));
    out.add(counts("unpack", options.unpack().name()));
    options.fixedMode().ifPresent(m -> out.add(counts("fixed-mode", "%04o".formatted(m))));
  }
}
