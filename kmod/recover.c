// SPDX-License-Identifier: GPL-2.0
/*
 * What others do to the device under its owner: suspend and resume, a reset through
 * sysfs, recovery from an error of PCI Express. Each takes the port away, and gives it
 * back as after power-on; port.c does the rest.
 */
#include <linux/pci.h>
#include <linux/pm.h>
#include "module.h"

static int __maybe_unused onepath_recover_suspend(struct device *dev)
{
	onepath_port_away(dev_get_drvdata(dev));
	return 0;
}

/*
 * Its configuration is kept as it is now, without bus mastering: whoever took the device away used
 * up what was kept before, and an error of PCI Express may be next.
 */
static void onepath_recover_back(struct pci_dev *pdev)
{
	pci_save_state(pdev);
	onepath_port_back(pci_get_drvdata(pdev));
}

/* A device that does not come back is told of by its port, and keeps nobody else from resuming. */
static int __maybe_unused onepath_recover_resume(struct device *dev)
{
	onepath_recover_back(to_pci_dev(dev));
	return 0;
}

const struct dev_pm_ops onepath_recover_pm = {
	SYSTEM_SLEEP_PM_OPS(onepath_recover_suspend, onepath_recover_resume)
		RUNTIME_PM_OPS(onepath_recover_suspend, onepath_recover_resume, NULL)
};

static void onepath_recover_prepare(struct pci_dev *pdev)
{
	onepath_port_away(pci_get_drvdata(pdev));
}

static void onepath_recover_done(struct pci_dev *pdev)
{
	onepath_recover_back(pdev);
}

static pci_ers_result_t onepath_recover_error(struct pci_dev *pdev, pci_channel_state_t state)
{
	bool lost = state == pci_channel_io_perm_failure;

	dev_warn(&pdev->dev, "an error of PCI Express: %s\n",
		 lost ? "the device is lost" : "reset");
	if (lost) {
		onepath_port_end(pci_get_drvdata(pdev));
		return PCI_ERS_RESULT_DISCONNECT;
	}
	onepath_port_away(pci_get_drvdata(pdev));
	return PCI_ERS_RESULT_NEED_RESET;
}

/* The bus was reset: the configuration is as probe, or onepath_recover_back(), left it. */
static pci_ers_result_t onepath_recover_reset(struct pci_dev *pdev)
{
	pci_restore_state(pdev);
	return PCI_ERS_RESULT_RECOVERED;
}

const struct pci_error_handlers onepath_recover_handlers = {
	.error_detected = onepath_recover_error,
	.slot_reset = onepath_recover_reset,
	.resume = onepath_recover_done,
	.reset_prepare = onepath_recover_prepare,
	.reset_done = onepath_recover_done,
};
