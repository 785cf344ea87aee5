"""What Martlet's tools and end-to-end tests share: archives, the machine, the dom0 console."""
