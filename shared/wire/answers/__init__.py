"""How answers look: what the engine knows, laid out as the contract says, a module a resource."""
