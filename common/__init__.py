"""What both tasks need and neither owns: pixels, images, layers, losses, data, training."""
