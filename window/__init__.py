"""The one-stop window: cases, their clocks, holds and permits, who may see and do what. Knows no page."""
