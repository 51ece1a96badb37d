"""What the browser asks for outside the pages: points, tiles, files. Answers nobody who is not signed in."""
