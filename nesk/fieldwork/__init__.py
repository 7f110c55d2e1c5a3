"""Orders of works, crews, visits and acts."""
