"""What an archive is: one YAML file each. Those in this folder come with Fototeca."""

from fototeca.collections.schema import Collection, list_collections, load_collection

__all__ = ["Collection", "list_collections", "load_collection"]
