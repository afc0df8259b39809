using Xunit;

namespace MediaEngine.Interop.Tests;

/// <summary>Waits for what another thread brings about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    public static Task IsTrueAsync(Func<bool> condition) => IsTrueAsync(() => Task.FromResult(condition()));

    public static async Task IsTrueAsync(Func<Task<bool>> condition)
    {
        long end_ms = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 < end_ms, "it did not come about");
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }
}
