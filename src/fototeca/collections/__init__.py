"""What an archive is: one YAML file each. Those in this folder come with Fototeca."""

from fototeca.collections.schema import Collection, collection_names, list_collections, load_collection

__all__ = ["Collection", "collection_names", "list_collections", "load_collection"]
