namespace MediaEngine.Mcx;

/// <summary>What the MC system remembers of a subscription.</summary>
internal class SubscriberContext
{
    /// <summary>The registration whose client subscribed, and whose address NOTIFYs go to; null = where the SUBSCRIBE came from.</summary>
    public string? Client { get; set; }
}
