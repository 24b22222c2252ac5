"""The steps that change a workflow or what it needs: one module each with its intent, its call and its undoing."""
