"""Extensions of the documentation: pages made from the study's own outputs, and links between the pages."""
