package dev.wadah.cli;

/** What {@code wadah --help} prints. */
final class Overview {
  static final String TEXT =
      """
      Usage: wadah [--root DIR] [--debug] COMMAND [FLAGS] [ARGUMENTS]

      Builds Dockerfiles into OCI images and runs containers, without a daemon.

      Build and run
        build      Build an image from a Dockerfile
        run        Run a command in a new container
        lint       Check Dockerfiles
        fmt        Print Dockerfiles in one style

      Images
        images     List images
        tag        Give an image another name
        rmi        Remove names of images
        inspect    Show an image in detail
        history    Show how an image was made
        load       Load images from an archive or OCI layout
        save       Save images to an archive
        import     Make an image of a tar of a root file system
        image      verify: recompute every digest of an image

      Registries
        pull       Fetch an image
        push       Send an image
        manifest   create, annotate, inspect, push, rm: join images of several platforms
        imagetools create, inspect: the same without a local list
        login      Check and keep a password
        logout     Forget a password
        registry   serve: be a small registry

      Space
        system     df: what takes how much; prune: remove what is not needed
        cache      mount ls, export, import: bring what RUN --mount=type=cache keeps to other machines
        gc         Keep the store within its limits (builds do it once a day)

      Other
        store      verify: recompute every digest
        version    Show the version of wadah and of what it runs on
        help       Show this, or the help of a command

      "wadah COMMAND --help" tells all flags; most are docker's. Words such as "image ls" work as well.
      """;

  private Overview() {}
}
