using System.Text;
using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>A package with one number for its state; says whether everything or the difference was asked for.</summary>
internal sealed class TestPackage(string name = "weather") : EventPackage
{
    public int State { get; set; } = 1;

    public override string Name => name;

    public override IReadOnlyList<string> ContentTypes => ["application/weather+xml", "text/plain"];

    public override EventBody? StateOf(EventSubscription subscription, bool full, Instant now) =>
        new(subscription.ContentType, Encoding.UTF8.GetBytes($"{(full ? "full" : "partial")} {State}"));
}
