"""The transform: staged pages to batches of frames, in several processes, and which fields the orders had."""
