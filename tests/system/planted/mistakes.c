// SPDX-License-Identifier: GPL-2.0
/*
 * Mistakes on purpose, one for each checker of the debug kernel: insmod planted.ko what=NAME.
 * tests/system/checkers looks that each is reported. None does harm beyond its report.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

static char *what = "nothing";
module_param(what, charp, 0444);
MODULE_PARM_DESC(what, "which mistake");

static void planted_nothing(void)
{
}

/* More than one: what looks like a pointer to it may lie on some stack. */
static void planted_leak(void)
{
	int n;

	for (n = 0; n < 20; n++)
		WARN_ON(!kmalloc(1000, GFP_KERNEL));
}

static void planted_pages(void)
{
	WARN_ON(!__get_free_pages(GFP_KERNEL, 2));
}

static void planted_shift(void)
{
	int bits = 40;

	OPTIMIZER_HIDE_VAR(bits);
	pr_info("planted: %d\n", 1 << bits);
}

static void planted_sleep(void)
{
	static DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	msleep(20);
	spin_unlock(&lock);
}

static void planted_timer_function(struct timer_list *timer)
{
}

static void planted_timer(void)
{
	struct timer_list *timer = kmalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, planted_timer_function, 0);
	mod_timer(timer, jiffies + 1000 * HZ);
	kfree(timer);
}

static void planted_dma(void)
{
	struct platform_device *device;

	device = platform_device_register_simple("planted", -1, NULL, 0);
	if (IS_ERR(device))
		return;
	if (!dma_coerce_mask_and_coherent(&device->dev, DMA_BIT_MASK(32)))
		dma_unmap_single(&device->dev, 0x1000, 64, DMA_TO_DEVICE);
	platform_device_unregister(device);
}

static void planted_inversion(void)
{
	static DEFINE_MUTEX(one);
	static DEFINE_MUTEX(two);

	mutex_lock(&one);
	mutex_lock(&two);
	mutex_unlock(&two);
	mutex_unlock(&one);
	mutex_lock(&two);
	mutex_lock(&one);
	mutex_unlock(&one);
	mutex_unlock(&two);
}

static void planted_overflow(void)
{
	int index = 40;
	char *bytes = kzalloc(40, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(index);
	if (bytes)
		pr_info("planted: %d\n", bytes[index]);
	kfree(bytes);
}

static const struct {
	const char *name;
	void (*plant)(void);
} planted[] = {
	{ "nothing", planted_nothing },	  { "leak", planted_leak },
	{ "pages", planted_pages },	  { "shift", planted_shift },
	{ "sleep", planted_sleep },	  { "timer", planted_timer },
	{ "dma", planted_dma },		  { "inversion", planted_inversion },
	{ "overflow", planted_overflow },
};

static int __init planted_init(void)
{
	size_t n;

	for (n = 0; n < ARRAY_SIZE(planted); n++) {
		if (strcmp(planted[n].name, what))
			continue;
		planted[n].plant();
		return 0;
	}
	return -EINVAL;
}

static void __exit planted_exit(void)
{
}

module_init(planted_init);
module_exit(planted_exit);
MODULE_DESCRIPTION("Mistakes on purpose");
MODULE_LICENSE("GPL");
