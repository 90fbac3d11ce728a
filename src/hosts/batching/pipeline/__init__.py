"""The engine's pipelines: how they are opened and stepped, and what their caches hold."""
