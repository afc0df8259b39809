using Xunit;

namespace MediaEngine.Interop.Tests;

/// <summary>Waits for what another thread brings about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <param name="condition">What must become true.</param>
    /// <param name="otherwise">What is said when it does not.</param>
    public static Task IsTrueAsync(Func<bool> condition, Func<string>? otherwise = null) => IsTrueAsync(() => Task.FromResult(condition()), otherwise);

    public static async Task IsTrueAsync(Func<Task<bool>> condition, Func<string>? otherwise = null)
    {
        long end_ms = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 < end_ms, otherwise?.Invoke() ?? "it did not come about");
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }
}
