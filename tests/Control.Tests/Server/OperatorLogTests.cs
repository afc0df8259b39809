using MediaEngine.Mcx;
using MediaEngine.Server;
using Microsoft.Extensions.Logging;
using Xunit;

namespace MediaEngine.Control.Tests.Server;

public sealed class OperatorLogTests
{
    private static readonly McxEvent Registered = new("registered", "sip:alice@mcx.example", "client 1 over Udp");

    [Fact]
    public void Each_event_is_a_line_in_order_and_all_are_written_before_the_end()
    {
        using var output = new StringWriter();
        using (var log = new OperatorLog(output))
        {
            log.Log(LogLevel.Information, default, new LoggedEvent(Registered), null, LoggedEvent.Format);
            log.Log(LogLevel.Warning, default, new LoggedEvent(Registered with { Name = "request-refused" }), null, LoggedEvent.Format);
            log.Log(LogLevel.Error, default, "control-fault", new InvalidOperationException("why"), static (state, _) => state);
            for (int i = 0; i < 1000; i++)
                log.Log(LogLevel.Information, default, i, null, static (state, _) => $"number {state}");
        }

        string[] lines = output.ToString().Split(Environment.NewLine);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z registered sip:alice@mcx\.example: client 1 over Udp$", lines[0]);
        Assert.EndsWith("Z WARNING request-refused sip:alice@mcx.example: client 1 over Udp", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("Z ERROR control-fault", lines[2], StringComparison.Ordinal);
        Assert.Equal("System.InvalidOperationException: why", lines[3]);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"Z number {i}"), lines[4..^1].Select(line => line[line.IndexOf('Z', StringComparison.Ordinal)..]));
    }

    [Fact]
    public void A_logger_that_keeps_the_parts_gets_them() => Assert.Equal(
        [("Event", Registered.Name), ("Subject", Registered.Subject), ("Detail", Registered.Detail), ("{OriginalFormat}", "{Event} {Subject}: {Detail}")],
        new LoggedEvent(Registered).Select(part => (part.Key, (string)part.Value!)));
}
