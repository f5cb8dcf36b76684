"""gateway.v1.GatewayService: what takes several services at once. It holds nothing, and decides nothing of theirs."""
