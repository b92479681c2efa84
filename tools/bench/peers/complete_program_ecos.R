# Rscript complete_program_ecos.R FOLDER: the complete convex ReLU program by ECOS (Debian: r-cran-ecosolver).
# FOLDER holds X (n x d), y (n), patterns (p x n, 0 or 1) and beta as raw doubles. Prints as ecos.R says.
#
#   min t + beta sum_k s_k  s.t.  1/2 |r|^2 <= t,  r = sum_k sign_k D_k X w_k - y,  |w_k| <= s_k,  (2 D_k - 1) X w_k >= 0
# over k = (pattern, sign). Variables: w_1 .. w_2p, s (2p), r (n), t.
source(file.path(dirname(sub("--file=", "", grep("^--file=", commandArgs(), value = TRUE))), "ecos.R"))

X <- raw_matrix("X")
y <- as.vector(raw_matrix("y"))
D <- raw_matrix("patterns")
beta <- raw_matrix("beta")[1, 1]
n <- nrow(X)
d <- ncol(X)
p <- nrow(D)
blocks <- 2 * p
gates <- rbind(D, D)
signs <- rep(c(1, -1), each = p)

first_s <- blocks * d
first_r <- first_s + blocks
t_column <- first_r + n + 1
columns <- t_column

# Entry (block k, sample i, coordinate j) of the maps X w_k; column (k - 1) d + j.
k <- rep(seq_len(blocks), each = n * d)
i <- rep(rep(seq_len(n), times = d), times = blocks)
j <- rep(rep(seq_len(d), each = n), times = blocks)
gate <- gates[cbind(k, i)]
x <- X[cbind(i, j)]
w_column <- (k - 1) * d + j

# Equalities: sum_k sign_k D_k X w_k - r = y.
open <- gate > 0
A <- sparse(
  i = c(i[open], seq_len(n)), j = c(w_column[open], first_r + seq_len(n)),
  v = c(signs[k[open]] * x[open], rep(-1, n)), n, columns
)

# h - G z in the cone: walls first (linear), then a second-order cone (s_k, w_k) a block, then (t + 1, t - 1, sqrt(2) r).
rows_walls <- blocks * n
cone_row <- rows_walls + (seq_len(blocks) - 1) * (d + 1)
w_rows <- rep(cone_row, each = d) + 1 + rep(seq_len(d), times = blocks)
last <- rows_walls + blocks * (d + 1)
G <- sparse(
  i = c((k - 1) * n + i, cone_row + 1, w_rows, last + 1, last + 2, last + 2 + seq_len(n)),
  j = c(w_column, first_s + seq_len(blocks), seq_len(blocks * d), t_column, t_column, first_r + seq_len(n)),
  v = c(-(2 * gate - 1) * x, rep(-1, blocks), rep(-1, blocks * d), -1, -1, rep(-sqrt(2), n)),
  last + n + 2, columns
)
h <- numeric(last + n + 2)
h[last + 1] <- 1
h[last + 2] <- -1
cost <- c(numeric(blocks * d), rep(beta, blocks), numeric(n), 1)

solve_and_print(cost, A, y, G, h, rows_walls, c(rep(d + 1, blocks), n + 2))
