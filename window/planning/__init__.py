"""Plans at the window: areas to plan in, what an antenna would see, plans tried and kept."""
