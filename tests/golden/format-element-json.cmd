format show --json D01B/4347
