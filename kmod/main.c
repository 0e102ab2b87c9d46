// SPDX-License-Identifier: GPL-2.0
/*
 * The module and its PCI driver: a port exists from probe to remove. Binding is
 * always somebody's decision (driver_override or new_id, see onepathctl(8)):
 * the module never takes a card by itself.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include "module.h"
#define CREATE_TRACE_POINTS
#include "trace.h"

/* the highest register that hw_*.c use lies below */
#define BAR0_MIN_BYTES 0x20000

/* what ports do by themselves (port.c); it may wait for a device, so no queue of others is used */
struct workqueue_struct *onepath_workqueue;

static u32 onepath_main_read(struct onepath_io *io, u32 reg)
{
	struct onepath_port *port = container_of(io, struct onepath_port, io);
	u32 value = readl(port->bar + reg);

	trace_onepath_register(port, reg, value, false);
	return value;
}

static void onepath_main_write(struct onepath_io *io, u32 reg, u32 value)
{
	struct onepath_port *port = container_of(io, struct onepath_port, io);

	trace_onepath_register(port, reg, value, true);
	writel(value, port->bar + reg);
}

static void onepath_main_sleep_us(struct onepath_io *io, u32 us)
{
	fsleep(us);
}

static void onepath_main_timeout(struct onepath_io *io, u32 reg, u32 mask, u32 wanted)
{
	struct onepath_port *port = container_of(io, struct onepath_port, io);

	trace_onepath_timeout(port, reg, mask, wanted, readl(port->bar + reg));
	dev_warn_ratelimited(&port->dev,
			     "register %#07x: waited in vain for %#010x in bits %#010x\n", reg,
			     wanted, mask);
}

static const struct onepath_io onepath_main_io = {
	.read = onepath_main_read,
	.write = onepath_main_write,
	.sleep_us = onepath_main_sleep_us,
	.timeout = onepath_main_timeout,
};

/* override_only: matched by driver_override alone: loading the module takes nobody's card */
#define ONEPATH_DEVICE(id) { PCI_DEVICE_DRIVER_OVERRIDE(PCI_VENDOR_ID_INTEL, id, 1) }

/* The 82599's physical functions. No MODULE_DEVICE_TABLE: nothing loads the module by itself. */
static const struct pci_device_id onepath_main_ids[] = {
	ONEPATH_DEVICE(0x10f7), /* KX4 */
	ONEPATH_DEVICE(0x10f8), /* combined backplane */
	ONEPATH_DEVICE(0x10f9), /* CX4 */
	ONEPATH_DEVICE(0x10fb), /* SFI/SFP+: X520 */
	ONEPATH_DEVICE(0x10fc), /* XAUI */
	ONEPATH_DEVICE(0x1507), /* SFP+, extended temperature */
	ONEPATH_DEVICE(0x1514), /* KX4 mezzanine */
	ONEPATH_DEVICE(0x1517), /* KR */
	ONEPATH_DEVICE(0x151c), /* 10GBASE-T */
	ONEPATH_DEVICE(0x1529), /* SFP+ with FCoE */
	ONEPATH_DEVICE(0x152a), /* backplane with FCoE */
	ONEPATH_DEVICE(0x154a), /* SFP+, four ports */
	ONEPATH_DEVICE(0x154d), /* SFP+, X520 second edition */
	ONEPATH_DEVICE(0x154f), /* LS */
	ONEPATH_DEVICE(0x1557), /* SFP+, one port */
	ONEPATH_DEVICE(0x1558), /* QSFP+ */
	{}
};

/* new_id takes anything; what is not an 82599 is not driven as one. */
static bool onepath_main_known(const struct pci_dev *pdev)
{
	const struct pci_device_id *id;

	for (id = onepath_main_ids; id->vendor; id++)
		if (id->vendor == pdev->vendor && id->device == pdev->device)
			return true;
	return false;
}

static int onepath_main_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct onepath_port *port;
	void __iomem *bar;
	int rc;

	if (!onepath_main_known(pdev)) {
		dev_err(&pdev->dev, "%04x:%04x is no 82599\n", pdev->vendor, pdev->device);
		return -ENODEV;
	}
	rc = pci_enable_device_mem(pdev);
	if (rc)
		return rc;
	rc = pci_request_region(pdev, 0, KBUILD_MODNAME);
	if (rc)
		goto disable;
	if (pci_resource_len(pdev, 0) < BAR0_MIN_BYTES) {
		dev_err(&pdev->dev, "BAR0 has %llu bytes, at least %u are needed\n",
			(unsigned long long)pci_resource_len(pdev, 0), BAR0_MIN_BYTES);
		rc = -ENODEV;
		goto region;
	}
	bar = pci_iomap(pdev, 0, 0);
	if (!bar) {
		rc = -ENOMEM;
		goto region;
	}
	port = onepath_port_add(pdev, bar, &onepath_main_io);
	if (IS_ERR(port)) {
		rc = PTR_ERR(port);
		goto unmap;
	}
	pci_set_drvdata(pdev, port);
	pci_save_state(pdev); /* as an error of PCI Express is recovered from: see recover.c */
	pm_runtime_put_noidle(&pdev->dev);
	return 0;

unmap:
	pci_iounmap(pdev, bar);
region:
	pci_release_region(pdev, 0);
disable:
	pci_disable_device(pdev);
	return rc;
}

static void onepath_main_remove(struct pci_dev *pdev)
{
	struct onepath_port *port = pci_get_drvdata(pdev);
	void __iomem *bar = port->bar;

	pm_runtime_get_noresume(&pdev->dev);
	onepath_port_remove(port);
	pci_iounmap(pdev, bar);
	pci_release_region(pdev, 0);
	pci_disable_device(pdev);
}

/*
 * Before a reboot or kexec: the next kernel finds memory that no device writes to. Processes
 * may still run, so the port is no longer theirs to start.
 */
static void onepath_main_shutdown(struct pci_dev *pdev)
{
	onepath_port_end(pci_get_drvdata(pdev));
}

static struct pci_driver onepath_main_driver = {
	.name = KBUILD_MODNAME,
	.id_table = onepath_main_ids,
	.probe = onepath_main_probe,
	.remove = onepath_main_remove,
	.shutdown = onepath_main_shutdown,
	.err_handler = &onepath_recover_handlers,
	.driver.pm = pm_ptr(&onepath_recover_pm),
	.driver_managed_dma = true, /* dma.c claims the group for as long as a port is owned */
};

static int __init onepath_main_init(void)
{
	int rc = -ENOMEM;

	onepath_workqueue = alloc_workqueue(KBUILD_MODNAME, WQ_UNBOUND, 0);
	if (!onepath_workqueue)
		return rc;
	rc = onepath_port_class_init();
	if (rc)
		goto remove_workqueue;
	onepath_debug_init();
	rc = pci_register_driver(&onepath_main_driver);
	if (rc)
		goto remove_class;
	return 0;

remove_class:
	onepath_debug_exit();
	onepath_port_class_exit();
remove_workqueue:
	destroy_workqueue(onepath_workqueue);
	return rc;
}

static void __exit onepath_main_exit(void)
{
	pci_unregister_driver(&onepath_main_driver);
	onepath_debug_exit();
	onepath_port_class_exit();
	destroy_workqueue(onepath_workqueue);
}

module_init(onepath_main_init);
module_exit(onepath_main_exit);
MODULE_DESCRIPTION("Intel 82599: its rings for one userspace network function");
MODULE_AUTHOR("The onepath authors");
MODULE_LICENSE("GPL");
