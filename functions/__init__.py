"""The product's table of contents: one module a Lambda."""
