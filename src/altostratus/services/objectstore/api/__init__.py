"""Swift's API: https://docs.openstack.org/api-ref/object-store/"""
