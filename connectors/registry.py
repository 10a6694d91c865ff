"""Found connectors by the entry-point group `goalward.connectors`."""
