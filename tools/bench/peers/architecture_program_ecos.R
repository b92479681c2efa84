# Rscript architecture_program_ecos.R FOLDER: the convex program over all pieces of an architecture by ECOS (Debian:
# r-cran-ecosolver). FOLDER holds what tools/bench/complete_pieces.hpp writes. Prints as ecos.R says.
#
#   min t + beta sum_g weight_g s_g  s.t.  1/2 |r|^2 <= t,  r = A w - y,  |w_g| <= s_g,  G w >= 0
# Variables: w, s (a group each), r (n), t.
source(file.path(dirname(sub("--file=", "", grep("^--file=", commandArgs(), value = TRUE))), "ecos.R"))

A <- raw_matrix("A")
G <- raw_matrix("G")
groups <- raw_matrix("groups")
y <- as.vector(raw_matrix("y"))
beta <- raw_matrix("beta")[1, 1]
n <- length(y)
count <- nrow(groups)
size <- groups[, 2]
weights <- sum(size)
walls <- max(G[, 1]) + 1
t_column <- weights + count + n + 1

equalities <- sparse(
  i = c(A[, 1] + 1, seq_len(n)), j = c(A[, 2] + 1, weights + count + seq_len(n)),
  v = c(A[, 3], rep(-1, n)), n, t_column
)

# h - G z in the cone: walls first (linear), then a second-order cone (s_g, w_g) a group, then (t + 1, t - 1, sqrt(2) r).
cone_row <- walls + c(0, cumsum(size + 1))[seq_len(count)]
group_of <- rep(seq_len(count), size)
inner <- sequence(size)
last <- walls + weights + count
cones <- sparse(
  i = c(G[, 1] + 1, cone_row + 1, cone_row[group_of] + 1 + inner, last + 1, last + 2, last + 2 + seq_len(n)),
  j = c(G[, 2] + 1, weights + seq_len(count), groups[group_of, 1] + inner, t_column, t_column,
        weights + count + seq_len(n)),
  v = c(-G[, 3], rep(-1, count), rep(-1, weights), -1, -1, rep(-sqrt(2), n)),
  last + n + 2, t_column
)
h <- numeric(last + n + 2)
h[last + 1] <- 1
h[last + 2] <- -1
cost <- c(numeric(weights), beta * groups[, 3], numeric(n), 1)

solve_and_print(cost, equalities, y, cones, h, walls, c(size + 1, n + 2))
