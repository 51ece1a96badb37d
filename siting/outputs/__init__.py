"""What people read: map, report, lists, and every sentence in Japanese and English."""
