namespace MediaEngine.Mcx;

/// <summary>A registration as <see cref="RegistrationTable"/> keeps it.</summary>
internal sealed class RegisteredClient(Registration registration)
{
    public Registration Registration { get; set; } = registration;

    /// <summary>One for each binding, in their order.</summary>
    public RegisteredFlow[] Flows { get; set; } = [];

    public bool IsRestored { get; set; }

    /// <summary>In <see cref="ExpiryHeap"/>.</summary>
    public int Place { get; set; }

    /// <summary>By when <see cref="ExpiryHeap"/> looks at it: when it ends, or before.</summary>
    public DateTimeOffset Due { get; set; }
}
