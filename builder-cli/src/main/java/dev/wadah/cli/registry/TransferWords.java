package dev.wadah.cli.registry;

import dev.wadah.image.transfer.TransferProgress.State;

/** Docker's words for what happens to a layer. */
enum TransferWords {
  PULL("Pulling fs layer", "Downloading", "Already exists", "Pull complete"),
  PUSH("Preparing", "Pushing", "Layer already exists", "Pushed");

  private final String preparing;
  private final String moving;
  private final String exists;
  private final String done;

  TransferWords(String preparing, String moving, String exists, String done) {
    this.preparing = preparing;
    this.moving = moving;
    this.exists = exists;
    this.done = done;
  }

  String of(State state) {
    return switch (state) {
      case PREPARING -> preparing;
      case WAITING -> "Waiting";
      case COMPRESSING -> "Compressing";
      case MOVING -> moving;
      case VERIFYING -> "Verifying Checksum";
      case ARRIVED -> "Download complete";
      case EXISTS -> exists;
      case DONE -> done;
    };
  }

  static String mounted(String repository) {
    return "Mounted from " + repository;
  }
}
