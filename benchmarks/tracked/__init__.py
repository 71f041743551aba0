"""What goes to MLflow: what runs say of their papers, cells, jobs and data, and records sent later."""
