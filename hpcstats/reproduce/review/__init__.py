"""What a reviewer or an archive reads by machine: environment.json, ro-crate-metadata.json, codecheck.yml."""
