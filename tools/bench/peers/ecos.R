# What the scripts for ECOS (Debian: r-cran-ecosolver) share; they source it.
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

# Minimises cost z subject to A z = y and h - G z in the cone: `walls` nonnegative entries, then second-order cones of
# these sizes. Prints "ecos SECONDS OBJECTIVE" (the processor time of ECOS) and "ecos-bound SECONDS DUAL_OBJECTIVE".
solve_and_print <- function(cost, A, y, G, h, walls, cones) {
  control <- ecos.control(maxit = 200L, feastol = 1e-9, reltol = 1e-9, abstol = 1e-12)
  start <- proc.time()[["user.self"]]
  solution <- ECOS_csolve(
    c = cost, G = G, h = h, dims = list(l = as.integer(walls), q = as.integer(cones), e = 0L),
    A = A, b = y, control = control
  )
  seconds <- proc.time()[["user.self"]] - start
  if (solution$retcodes[["exitFlag"]] %in% c(0, 10)) {
    cat(sprintf("ecos %.6g %.17g\n", seconds, solution$summary[["pcost"]]))
    cat(sprintf("ecos-bound %.6g %.17g\n", seconds, solution$summary[["dcost"]]))
  }
}
