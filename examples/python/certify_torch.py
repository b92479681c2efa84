"""Train with PyTorch, certify: run from the project's folder, with the Python package and PyTorch installed."""

import numpy as np
import thalweg
import torch

data = np.load("examples/iris/iris.npz")
X, y = torch.tensor(data["X"]).float(), torch.tensor(data["y"]).float()[:, None]
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(3, 20), torch.nn.ReLU(), torch.nn.Linear(20, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2, weight_decay=0.02)
for _ in range(2000):
    optimizer.zero_grad()
    torch.nn.functional.mse_loss(model(X), y).backward()
    optimizer.step()

print(thalweg.certify(model, data["X"], data["y"], weight_decay=0.02, loss="mse-mean"))
