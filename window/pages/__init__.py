"""The pages, one file each; the door says who may open which."""
