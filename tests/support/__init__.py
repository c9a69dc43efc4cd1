"""What the tests stand on: databases, the parsing client, named people, races, the browser."""
