variable "calico_version" {
  type    = string
  default = "v3.30.7"
}

variable "kubernetes_version" {
  type        = string
  description = "Set by the pipeline"
}

resource "aws_eks_cluster" "lab" {
  name     = "lab"
  version  = var.kubernetes_version
  role_arn = aws_iam_role.lab.arn

  vpc_config {
    subnet_ids = var.subnet_ids
  }
}

resource "helm_release" "calico" {
  name       = "calico"
  namespace  = "tigera-operator"
  repository = "https://docs.tigera.io/calico/charts"
  chart      = "tigera-operator"
  version    = var.calico_version
}
