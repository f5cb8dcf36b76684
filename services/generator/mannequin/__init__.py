"""A figure drawn from a skeleton: its body, its volumes, and the styles they are painted in. Pure; SVG text out."""
