"""The firm's own terms: rates, arrangements, playbooks, guideline sets, approvals and budgets."""
