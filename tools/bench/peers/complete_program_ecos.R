# Rscript complete_program_ecos.R FOLDER: the complete convex ReLU program by ECOS (Debian: r-cran-ecosolver).
# FOLDER holds X (n x d), y (n), patterns (p x n, 0 or 1) and beta as raw doubles. Prints "ecos SECONDS OBJECTIVE" (the
# processor time of ECOS) and "ecos-bound SECONDS DUAL_OBJECTIVE".
#
#   min t + beta sum_k s_k  s.t.  1/2 |r|^2 <= t,  r = sum_k sign_k D_k X w_k - y,  |w_k| <= s_k,  (2 D_k - 1) X w_k >= 0
# over k = (pattern, sign). Variables: w_1 .. w_2p, s (2p), r (n), t.
suppressPackageStartupMessages(library(ECOSolveR))

# The sparse format of package slam, which ECOSolveR takes and which needs no package.
sparse <- function(i, j, v, rows, columns) {
  structure(
    list(i = as.integer(i), j = as.integer(j), v = v, nrow = as.integer(rows), ncol = as.integer(columns)),
    class = "simple_triplet_matrix"
  )
}
dim.simple_triplet_matrix <- function(x) c(x$nrow, x$ncol)

folder <- commandArgs(trailingOnly = TRUE)[1]
raw_matrix <- function(name) {
  shape <- scan(file.path(folder, paste0(name, ".shape")), quiet = TRUE)
  matrix(readBin(file.path(folder, paste0(name, ".f64")), "double", prod(shape)), shape[1], shape[2])
}

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

control <- ecos.control(maxit = 200L, feastol = 1e-9, reltol = 1e-9, abstol = 1e-12)
start <- proc.time()[["user.self"]]
solution <- ECOS_csolve(
  c = cost, G = G, h = h,
  dims = list(l = rows_walls, q = c(rep(d + 1L, blocks), n + 2L), e = 0L),
  A = A, b = y, control = control
)
seconds <- proc.time()[["user.self"]] - start
if (solution$retcodes[["exitFlag"]] %in% c(0, 10)) {
  cat(sprintf("ecos %.6g %.17g\n", seconds, solution$summary[["pcost"]]))
  cat(sprintf("ecos-bound %.6g %.17g\n", seconds, solution$summary[["dcost"]]))
}
