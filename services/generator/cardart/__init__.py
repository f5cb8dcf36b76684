"""Player cards as pictures: what a record says, how a career is printed, how a card looks. No database, no RPC."""
