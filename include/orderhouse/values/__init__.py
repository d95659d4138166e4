"""What connectors work out alike: exact numbers, codes and units, instants and texts."""
